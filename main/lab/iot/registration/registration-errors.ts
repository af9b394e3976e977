/** How a registration fails in the words of AWS, over the wire and in the report of a task. */
import { randomUUID } from 'node:crypto';
import { AwsError } from '../../services.ts';

/** The device's workflow ends at what `cause` says. */
export function registrationFailed(cause: Error): AwsError {
  const reason = cause.message.replace(/\.$/, '');
  return new AwsError(
    'ResourceRegistrationFailureException',
    `Register thing workflow execution terminates due to: ${reason}.`,
  );
}

/**
 * What `FAIL` of OverrideSettings ends with; its documented name is in the message, since RegisterThing cannot answer with that code.
 * https://docs.aws.amazon.com/iot/latest/developerguide/provision-template.html#override-settings
 */
export function resourceConflict(reason: string): Error {
  return new AwsError('ResourceConflictsException', `ResourceConflictsException: ${reason}`);
}

/** As AWS writes it into the ERRORS report: the exception of the Java client that its workers use. */
export function reportedError(error: AwsError): string {
  return (
    `com.amazonaws.services.iot.model.${error.code}: ${error.message} ` +
    `(Service: AWSIot; Status Code: ${error.status}; Error Code: ${error.code}; Request ID: ${randomUUID()}; Proxy: null)`
  );
}
