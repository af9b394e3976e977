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
    index: 'Lire',
    noIndex: 'la table elle-même',
    holds: {
      keys: 'Cet index ne contient que les clés.',
      some: 'Cet index contient quelques attributs.',
    },
    sort: 'Clé de tri ({{name}})',
    sortValue: 'Valeur de la clé de tri',
    sortTo: 'jusqu’à',
    allSorts: 'toutes',
    order: 'Ordre',
    highestFirst: 'Les plus hautes d’abord',
    lowestFirst: 'Les plus basses d’abord',
    type: { S: 'texte', N: 'nombre', B: 'octets en base64' },
    keyFault: {
      N: 'Un nombre en chiffres, comme -12.5',
      B: 'Des octets en base64, comme AQID',
    },
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
    operator: { between: 'entre', begins: 'commence par', contains: 'contient', exists: 'existe', missing: 'manque' },
  },
};
