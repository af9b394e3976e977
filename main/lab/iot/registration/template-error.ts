/** How a provisioning template is refused: the place first, then the reason. */
import type { AwsError } from '../../services.ts';
import { invalidRequest } from '../input.ts';

/** `place` is a dotted path such as `Resources.thing.Properties.ThingName`, empty for the template as a whole. */
export function templateError(place: string, reason: string): AwsError {
  const where = place === '' ? '' : ` at '${place}'`;
  return invalidRequest(`The provisioning template is not valid${where}: ${reason}.`);
}
