/** The French sentences of "check this station". */
import type { enCheck } from './en-check.ts';

export const frCheck: typeof enCheck = {
  check: {
    action: 'Vérifier cette station',
    actionOf: 'Vérifier la connexion de {{name}}',
    title: 'Vérification de {{name}}',
    intro:
      'Chaque étape, de cet ordinateur jusqu’au droit de publier, dans l’ordre. Rien n’est publié, rien n’est modifié.',
    steps: 'Étapes de la vérification',
    running: 'Vérification…',
    healthy: 'Tout est en ordre.',
    faulty: 'Quelque chose empêche cette station de fonctionner : voir l’étape signalée ci-dessus.',
    again: 'Vérifier à nouveau',
    connectedNow: 'connectée en ce moment ; laissée telle quelle',
    step: {
      name: 'Nom d’hôte',
      tcp: 'Connexion réseau',
      tls: 'TLS et certificats',
      mqtt: 'MQTT CONNECT',
      policy: 'Autorisations',
    },
    what: {
      name: 'Le nom du point de terminaison donne-t-il une adresse ?',
      tcp: 'Quelque chose écoute-t-il là-bas, et peut-on l’atteindre ?',
      tls: 'Le serveur et la station se font-ils confiance par leurs certificats ?',
      mqtt: 'Le broker laisse-t-il entrer la station sous son identifiant client ?',
      policy: 'Le certificat est-il actif, et ses politiques permettent-elles ce que fait la station ?',
    },
    state: {
      waiting: 'en attente',
      running: 'en cours',
      passed: 'en ordre',
      failed: 'défaut',
      skipped: 'pas essayée',
    },
    fact: {
      host: 'Point de terminaison',
      addresses: 'Adresses',
      address: 'Hôte et port',
      milliseconds: 'Réponse en (ms)',
      protocol: 'Protocole',
      serverNames: 'Le serveur est',
      serverUntil: 'Serveur valable jusqu’au',
      issuer: 'Serveur signé par',
      ownUntil: 'Station valable jusqu’au',
      clientId: 'Identifiant client',
      connectedNow: 'Connexion',
      certificate: 'Certificat',
      status: 'Statut',
      policies: 'Politiques',
      topic: 'Sujet',
    },
  },
};
