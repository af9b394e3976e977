/** The French sentences about refusals and a message's way. */
import type { enTrace } from './en-trace.ts';

export const frTrace: typeof enTrace = {
  refusals: {
    title: 'Refus',
    open_one: '{{amount}} nouveau refus, ouvrir la liste',
    open_other: '{{amount}} nouveaux refus, ouvrir la liste',
    none: 'Aucun refus',
    new_one: '{{amount}} refus',
    new_other: '{{amount}} refus',
    emptyTitle: "Rien n'a été refusé",
    emptyText:
      "Quand un client ne peut pas se connecter, publier ou s'abonner, il apparaît ici avec la ligne de politique qui manque.",
    notTold:
      'AWS ne dit pas pourquoi il refuse un client. Lancez la même station sur le laboratoire local pour le voir.',
    unknownClient: "Avant d'avoir donné son identifiant",
    count_one: 'une fois',
    count_other: '{{amount}} fois',
    last: 'dernière fois à {{time}}',
    outcome: {
      closed: 'Connexion fermée',
      subscriptionRefused: 'Abonnement refusé',
      notDelivered: 'Message non remis',
    },
    missing: 'Ligne à ajouter à la politique',
    inTheWay: 'Ligne qui fait obstacle, dans « {{policy}} »',
    add: 'Ajouter à sa politique',
    added: 'La ligne est maintenant dans la politique « {{policy}} ».',
    limit: "Aucune ligne de politique n'aide ici : c'est une limite d'AWS IoT, ou le certificat.",
  },
  trace: {
    title: 'Le chemin du message',
    open: 'Suivre',
    loading: 'Question posée au laboratoire',
    notTold: "AWS ne dit pas ce qu'un message est devenu. Le laboratoire local le dit.",
    gone: 'Le laboratoire ne connaît pas ce message : il retient les 4 000 derniers qui ont atteint ses règles.',
    received: 'Reçu',
    receivedText: 'De {{client}} sur {{topic}}, {{size}}, message {{sequence}} du journal',
    allowed: 'Autorisé',
    allowedByLab: 'Par le laboratoire lui-même ou les clés du compte',
    noRule: 'Aucune règle',
    noRuleText: "Aucune règle n'a de filtre de sujet qui corresponde.",
    rule: 'Règle {{name}}',
    outcome: {
      passed: 'Correspond et sélectionné',
      filtered: 'Correspond, mais WHERE était faux',
      failed: 'Correspond, mais SELECT a échoué',
    },
    firehose: 'Firehose {{target}}',
    state: {
      waiting: 'En cours de remise',
      done: 'Dans le tampon du flux ; devient un objet au prochain vidage',
      failed: 'Échec',
    },
  },
};
