/** Main's errors in French, by their codes. Main says them in English with the names in them, so that sentence is shown below as well. */

/** What happened, and what to do. */
type FrenchError = readonly [message: string, hint: string];

const SOON = 'Réessayez dans un instant.';
const OTHER_FILE = 'Attendu : ISD à largeur fixe ou Global Hourly CSV, tel quel ou en .gz.';

export const frErrors: Readonly<Record<string, FrenchError>> = {
  'cloud.answer': ['La cible a répondu, mais sans tout ce qui était attendu.', 'Réessayez.'],
  'cloud.badFilterValue': [
    'La valeur d’un filtre n’est pas un nombre.',
    'Écrivez-la en chiffres, ou comparez à un texte.',
  ],
  'cloud.badKeyValue': [
    'La valeur n’est pas du type de sa clé.',
    'Écrivez les nombres en chiffres, les octets en base64 ; une clé n’est jamais vide.',
  ],
  'cloud.badSortCondition': [
    'Cette condition sur la clé de tri est impossible.',
    'Donnez la partition et les deux bornes, ou prenez un filtre.',
  ],
  'cloud.badToken': ['La page demandée n’existe plus.', 'Relisez la table.'],
  'cloud.bucketNotEmpty': ['Un objet du bucket n’a pas pu être supprimé.', 'Réessayez.'],
  'cloud.cancelled': ['Le travail a été annulé avant la fin.', ''],
  'cloud.crawlFailed': ['Le robot d’analyse n’a pas réussi.', 'Regardez les objets du lac, puis relancez-le.'],
  'cloud.filterOnKey': [
    'Dans une partition, un filtre ne peut pas porter sur une clé.',
    'Prenez la condition sur la clé de tri, ou retirez le filtre.',
  ],
  'cloud.noIndex': ['Cet index n’existe pas.', 'Redemandez les tables.'],
  'cloud.noTable': ['Cette table n’existe pas sur la cible.', 'Redemandez les tables.'],
  'cloud.queryFailed': ['La requête n’a pas réussi.', 'Corrigez l’instruction et relancez-la.'],
  'cloud.roleNotAssumable': [
    'AWS IoT ne peut pas agir sous ce rôle.',
    'Choisissez LabRole, ou un rôle de ce compte qui fait confiance à iot.amazonaws.com.',
  ],
  'cloud.roleNotPassed': [
    'Vous ne pouvez pas confier ce rôle à AWS IoT.',
    'Choisissez LabRole, ou demandez iam:PassRole sur ce rôle.',
  ],
  'cloud.streamFailed': ['Le flux de livraison est inutilisable.', 'Supprimez-le et créez-le de nouveau.'],
  'cloud.tableDiffers': ['Une table de ce nom existe déjà, avec une autre clé.', 'Choisissez un autre nom.'],
  'cloud.tooSlow': ['La cible a mis trop de temps.', 'Réessayez.'],
  'cloud.unreachable': [
    'La cible est injoignable.',
    'Vérifiez qu’elle fonctionne et que le réseau répond, puis réessayez.',
  ],
  'target.notReady': ['La cible n’est pas encore prête.', SOON],
  'process.notReady': ['Le processus n’est pas encore prêt.', SOON],
  'process.stopped': ['Le processus est arrêté.', 'Quittez Isobar et rouvrez-le.'],
  'process.gone': ['Le processus qui devait répondre s’est arrêté.', SOON],
  'process.timeout': ['Le processus n’a pas répondu à temps.', 'Réessayez.'],
  'process.exited': ['Un processus s’est terminé.', 'Il redémarre de lui-même.'],
  'lab.folderInUse': ['Le dossier du labo sert déjà à un autre Isobar.', 'Quittez l’autre Isobar.'],
  'lab.folderNotWritable': ['Le labo ne peut pas écrire dans son dossier.', 'Donnez le droit d’y écrire.'],
  'lab.keyDoesNotFit': ['Le dossier du labo est scellé par une autre clé.', 'Ouvrez-le avec le profil qui l’a créé.'],
  'lab.portTaken': ['Un autre programme occupe un port du labo.', 'Fermez ce programme, puis rouvrez Isobar.'],
  'lab.stateDamaged': ['Un fichier du labo est endommagé.', 'Restaurez le dossier, ou réinitialisez le labo.'],
  'stations.unknown': ['Cette station n’existe pas.', ''],
  'stations.notReady': ['La station n’est pas encore prête : elle n’a pas son certificat.', SOON],
  'stations.alreadyThere': ['Cette station est déjà dans la flotte.', 'Retirez-la d’abord.'],
  'stations.noBroker': ['Les stations ne connaissent pas encore leur courtier.', SOON],
  'mqtt.badFilter': ['Ceci n’est pas un filtre de sujets.', '# se met à la fin, + seul entre deux barres obliques.'],
  'mqtt.badTopic': ['On ne peut pas publier sur ce sujet.', 'Un sujet n’a ni + ni #.'],
  'mqtt.certificateExpired': ['Le certificat de la station a expiré.', 'Renouvelez-le.'],
  'mqtt.closedOnConnect': [
    'Le courtier a fermé la connexion aussitôt.',
    'Regardez les refus : le certificat ou sa politique ne l’autorise pas.',
  ],
  'mqtt.connectionLost': ['La connexion au courtier MQTT est perdue.', 'La station se reconnecte d’elle-même.'],
  'mqtt.keepsClosing': ['Le courtier ferme la connexion à chaque fois.', 'Regardez les refus pour en voir la raison.'],
  'mqtt.noAnswer': ['Le courtier MQTT ne répond pas.', 'Vérifiez la cible et le réseau.'],
  'mqtt.noListener': ['Rien n’écoute à l’adresse du courtier.', 'Vérifiez que la cible fonctionne.'],
  'mqtt.notConnected': ['Il n’y a pas de connexion pour publier.', SOON],
  'mqtt.tooLong': ['Le contenu est plus long que ce que prend AWS.', 'Raccourcissez-le à 128 Kio.'],
  'topics.unknown': ['Cet abonnement n’est pas ouvert.', 'Abonnez-vous de nouveau.'],
  'topics.notKept': ['Ce message n’est plus gardé.', 'Gardez-en plus, ou mettez la liste en pause.'],
  'topics.badHex': ['Le contenu n’est pas fait d’octets hexadécimaux.', 'Deux chiffres de 0 à f par octet.'],
  'trace.gone': ['Le labo ne se souvient plus de ce refus.', ''],
  'trace.notOurs': [
    'Seule une ligne manquante d’une de vos stations peut être ajoutée ici.',
    'Copiez la ligne et ajoutez-la vous-même.',
  ],
  'policy.none': ['Aucune politique n’est attachée au certificat.', 'Attachez-en une d’abord.'],
  'pipeline.noFlush': ['Cette cible ne peut pas vider un tampon de Firehose.', 'Attendez la fin de l’intervalle.'],
  'provision.busy': ['Un provisionnement est en cours.', 'Attendez sa fin, ou annulez-le.'],
  'provision.nameTaken': ['Un objet ou une station porte déjà ce nom.', 'Choisissez un autre nom.'],
  'provision.noJob': ['Il n’y a pas de provisionnement.', ''],
  'provision.policyJson': ['La politique n’est pas du JSON valide.', 'Corrigez-la.'],
  'teardown.busy': ['La suppression est déjà en cours.', 'Attendez sa fin.'],
  'teardown.notConfirmed': ['Le numéro de compte n’est pas celui de la cible.', 'Saisissez-le de nouveau.'],
  'certificates.inUse': ['La station se connecte déjà avec un autre certificat.', 'Renouvelez-le plutôt.'],
  'certificates.none': ['Cette station n’a pas encore de certificat.', SOON],
  'certificates.unknown': ['Ce certificat n’est plus dans le coffre.', ''],
  'certificates.wrongPassword': ['Ce mot de passe n’ouvre pas le fichier.', 'Essayez-en un autre.'],
  'noaa.emptyFile': ['Le fichier est vide.', OTHER_FILE],
  'noaa.folder': [
    'C’est un dossier ; un fichier d’observations était attendu.',
    'Déposez les fichiers qu’il contient.',
  ],
  'noaa.damagedFile': ['Le fichier est endommagé.', 'Téléchargez-le de nouveau.'],
  'noaa.truncatedFile': ['Le fichier est incomplet.', 'Téléchargez-le de nouveau.'],
  'noaa.notObservations': ['Ce n’est pas un fichier d’observations de la NOAA.', OTHER_FILE],
  'noaa.noObservations': ['Le fichier ne contient aucune observation.', OTHER_FILE],
};

/** Refusals of AWS and of the lab in AWS's names; the service's own sentence follows. */
export const frAwsErrors: Readonly<Record<string, FrenchError>> = {
  'aws.AccessDeniedException': ['AWS refuse l’accès.', 'Il manque une permission à ces identifiants.'],
  'aws.ExpiredTokenException': ['Les identifiants ont expiré.', 'Collez-en de nouveaux dans les réglages.'],
  'aws.InvalidRequestException': ['AWS ne prend pas cette demande.', ''],
  'aws.SqlParseException': ['Le SQL de la règle n’est pas lisible.', ''],
  'aws.LimitExceededException': ['Une limite du compte est atteinte.', ''],
  'aws.NoSuchBucket': ['Ce bucket n’existe pas.', ''],
  'aws.NoSuchKey': ['Cet objet n’existe plus.', ''],
  'aws.BucketAlreadyExists': ['Ce nom de bucket est déjà pris.', 'Choisissez un autre nom.'],
  'aws.InvalidBucketName': [
    'Ce ne peut pas être le nom d’un bucket.',
    '3 à 63 minuscules, chiffres, points et tirets.',
  ],
  'aws.ResourceAlreadyExistsException': ['Cela existe déjà.', 'Choisissez un autre nom.'],
  'aws.ResourceNotFoundException': ['Cela n’existe pas, ou plus.', ''],
  'aws.ThrottlingException': ['AWS demande d’aller moins vite.', SOON],
  'aws.ValidationException': ['AWS ne prend pas cette demande.', ''],
};
