/** The French sentences about what failed in a rule: the cause, and the cure. */
import type { enFailures } from './en-failures.ts';

export const frFailures: typeof enFailures = {
  failure: {
    at: 'Dernier échec à {{time}}',
    service: 'Dans les mots du service : {{message}}',
    makeBucket: 'Créer le bucket',
    makeStream: 'Créer le flux',
    makeTable: 'Créer la table dans l’éditeur',
    mend: 'Corriger la règle',
    slowDown: 'Vers les stations',
    toRules: 'Vers les règles',
    isThere: 'Existe désormais : les messages à venir y arrivent.',
    cause: {
      noBucket: 'Le bucket « {{resource}} » n’existe pas.',
      noStream: 'Le flux de livraison « {{resource}} » n’existe pas, ou est encore en création.',
      noTable: 'La table « {{resource}} » n’existe pas, ou est encore en création.',
      bucketName: '« {{resource}} » ne peut pas être le nom d’un bucket.',
      keyTooLong: 'La clé de l’objet dépasse 1 024 octets.',
      templateUndefined: 'Un modèle de l’action vaut Undefined pour ce message.',
      templateFailed: 'Une fonction dans un modèle de l’action a échoué pour ce message.',
      keyMissing: 'Le résultat n’a pas de valeur pour une clé de la table « {{resource}} ».',
      keyType: 'Une clé du résultat n’est pas du type que veut la table « {{resource}} ».',
      itemTooBig: 'L’élément dépasse les 400 Ko que prend DynamoDB.',
      itemRefused: 'La table « {{resource}} » ne prend pas l’élément.',
      notAnObject: 'DynamoDBv2 écrit un objet JSON, et le résultat de la règle n’en est pas un.',
      operationUnknown: 'L’opération de l’action DynamoDB n’est ni INSERT, ni UPDATE, ni DELETE.',
      topicRefused: 'Le message ne peut pas être republié sur ce sujet.',
      republishLoop: 'Le message a tourné en rond : les règles republient dans leurs propres filtres de sujets.',
      tooManyRecords: 'Le résultat est un tableau de plus de 500 enregistrements, le maximum du mode par lots.',
      recordTooBig: 'L’enregistrement dépasse ce que prend le flux.',
      tooBusy: 'Le service ne prend plus rien pour le moment ; l’action a été tentée cinq fois.',
      statementFailed: 'L’instruction a échoué sur ce message.',
      resultTooBig: 'Le résultat dépasse les 128 Kio qu’une règle transmet.',
      other: 'L’action a échoué.',
    },
    cure: {
      noBucket: 'Créez-le, ou nommez un autre bucket dans la règle.',
      noStream: 'Créez-le, ou nommez un autre flux dans la règle.',
      noTable: 'Créez-la avec les clés que la règle sélectionne, ou nommez une autre table dans la règle.',
      bucketName:
        'Un nom a de 3 à 63 minuscules, chiffres, points et traits d’union. Regardez ce que son modèle fait d’un message.',
      keyTooLong: 'Raccourcissez le modèle de la clé.',
      templateUndefined:
        'Prenez un champ que tous les messages ont, ou ne laissez passer, par une condition, que ceux qui l’ont.',
      templateFailed: 'Essayez la règle sur ce message et modifiez le modèle.',
      keyMissing:
        'Sélectionnez la clé sous le nom qu’elle a dans la table, avec AS, et ne laissez passer que les messages qui l’ont.',
      keyType: 'Convertissez-la dans la sélection : cast(champ AS String) ou cast(champ AS Decimal).',
      itemTooBig: 'Sélectionnez moins de champs.',
      itemRefused: 'Comparez les champs sélectionnés avec les clés et les index de la table.',
      notAnObject: 'Sélectionnez des champs par leur nom, ou prenez l’action DynamoDB, qui accepte tout contenu.',
      operationUnknown: 'Écrivez l’une des trois, ou un modèle qui en donne une.',
      topicRefused:
        'Un sujet n’a ni + ni #, au plus 256 octets et 7 barres obliques ; un sujet réservé s’écrit avec deux dollars, $$aws/…',
      republishLoop:
        'Republiez sur un sujet qu’aucune règle du parcours ne sélectionne, ou resserrez le filtre de sujets.',
      tooManyRecords: 'Sélectionnez un tableau plus court, ou désactivez le mode par lots.',
      recordTooBig: 'Sélectionnez moins de champs.',
      tooBusy: 'Ralentissez les stations ; ce qui a échoué est dans l’action d’erreur, si la règle en a une.',
      statementFailed: 'Essayez la règle sur ce message et modifiez son SQL.',
      resultTooBig: 'Sélectionnez moins de champs.',
      other: 'Modifiez l’action comme le disent les mots du service.',
    },
  },
};
