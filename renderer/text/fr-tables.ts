/** The French sentences about DynamoDB's tables. */
import type { enTables } from './en-tables.ts';

export const frTables: typeof enTables = {
  tables: {
    title: 'Tables DynamoDB',
    table: 'Table',
    refresh: 'Redemander les tables',
    none: 'Pas encore de table',
    noneText:
      'La règle « Observations froides vers DynamoDB » du cours écrit dans une table. Elle se crée là où se construit la règle.',
    partition: 'Partition ({{name}})',
    allPartitions: 'toutes : un scan',
    read: 'Relire',
    count_one: '{{amount}} élément, {{scanned}} examinés',
    count_other: '{{amount}} éléments, {{scanned}} examinés',
    noItems: 'Aucun élément',
    noItemsText: 'Rien n’a encore été écrit, ou aucun élément ne répond aux filtres.',
    itemsOf: 'Éléments de {{name}}',
    more: 'Plus d’éléments',
    attribute: 'attribut',
    addFilter: 'Filtre',
    removeFilter: 'Retirer le filtre {{number}}',
    filterField: 'Attribut du filtre {{number}}',
    filterOperator: 'Opérateur du filtre {{number}}',
    filterValue: 'Valeur du filtre {{number}}',
    operator: { begins: 'commence par', contains: 'contient', exists: 'existe', missing: 'manque' },
  },
};
