/** The English sentences about DynamoDB's tables. */
export const enTables = {
  tables: {
    title: 'DynamoDB tables',
    table: 'Table',
    refresh: 'Ask for the tables again',
    none: 'No table yet',
    noneText:
      'The rule "Cold observations to DynamoDB" of the course writes to one. It is created where the rule is built.',
    partition: 'Partition ({{name}})',
    allPartitions: 'all: a scan',
    read: 'Read again',
    count_one: '{{amount}} item, {{scanned}} looked at',
    count_other: '{{amount}} items, {{scanned}} looked at',
    noItems: 'No items',
    noItemsText: 'Nothing was written yet, or no item meets the filters.',
    itemsOf: 'Items of {{name}}',
    more: 'More items',
    attribute: 'attribute',
    addFilter: 'Filter',
    removeFilter: 'Remove filter {{number}}',
    filterField: 'Attribute of filter {{number}}',
    filterOperator: 'Operator of filter {{number}}',
    filterValue: 'Value of filter {{number}}',
    operator: { begins: 'begins with', contains: 'contains', exists: 'exists', missing: 'is missing' },
  },
};
