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
    loading: 'Question posée au laboratoire',
    ofStation: 'Refus de la station {{station}}',
    ofThisStation: 'Ce qui a été refusé',
    showAll: 'Tout afficher',
    why: 'Pourquoi ? Ouvrir les refus',
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
      discarded: 'Message rejeté',
      answered: 'Requête refusée',
    },
    missing: 'Ligne à ajouter à la politique',
    inTheWay: 'Ligne qui fait obstacle, dans « {{policy}} »',
    add: 'Ajouter à sa politique',
    added: 'La ligne est maintenant dans la politique « {{policy}} ».',
    limit:
      "Aucune ligne de politique n'aide ici : c'est une limite d'AWS IoT, le certificat, ou ce que le client a envoyé.",
  },
  trace: {
    title: 'Le chemin du message',
    loading: 'Question posée au laboratoire',
    notTold: "AWS ne dit pas ce qu'un message est devenu. Le laboratoire local le dit.",
    gone: 'Le laboratoire ne se souvient pas de ce message',
    goneText:
      "Il est plus ancien que les 4 000 derniers messages depuis le démarrage du laboratoire, ou il n'a pas encore atteint les règles. Dans ce cas il apparaîtra ici de lui-même.",
    received: 'Reçu',
    receivedText: 'De {{client}} sur {{topic}}, {{size}}, message {{sequence}} du journal',
    allowed: 'Autorisé',
    notMqtt: 'le laboratoire lui-même, ou un appel HTTP,',
    allowedNotMqtt: "Il ne vient pas d'un client MQTT. Ce qui a autorisé un appel HTTP n'est pas retenu.",
    allowedUnknown: "L'instruction n'est pas retenue : le message a été reçu avant le redémarrage du laboratoire.",
    noRule: 'Aucune règle',
    noRuleText: "Aucune règle n'a de filtre de sujet qui corresponde.",
    furtherRules: '{{amount}} autres règles correspondaient',
    furtherRulesText: "D'un message, les 20 premières règles sont retenues.",
    output: 'Sortie :',
    noAction: 'Aucune action',
    noActionText: "La règle n'a pas d'action : rien d'autre ne se passe.",
    rule: 'Règle {{name}}',
    outcome: {
      passed: 'Correspond et sélectionné',
      filtered: 'Correspond, mais WHERE était faux',
      failed: 'Correspond, mais SELECT a échoué',
    },
    firehose: 'Firehose {{target}}',
    state: {
      waiting: 'En cours de remise',
      buffered: 'Dans le tampon du flux ; devient un objet à la prochaine livraison',
      delivered: 'Livré, dans cet objet :',
      failed: 'Échec',
    },
  },
};
