/** Reads shadows for get_thing_shadow(), from memory: the state of the moment in which a rule looks at a message. */
import { ShadowError } from '../iot/shadow-document.ts';
import type { Shadows } from '../iot/shadows.ts';
import type { ReadShadow } from './context.ts';
import { readJson } from './json-reader.ts';

const NO_REQUEST = Buffer.alloc(0);

/** `roleArn` is the only role that can be assumed. */
export function openShadowReader(shadows: Pick<Shadows, 'get'>, roleArn: string): ReadShadow {
  return (thing, name, role) => {
    if (role !== roleArn) return { missing: `the role ${role} cannot be assumed; the lab has one, ${roleArn}` };
    try {
      const document = shadows.get({ thing, name: name ?? '' }, NO_REQUEST);
      return { document: readJson(Buffer.from(JSON.stringify(document))) };
    } catch (error) {
      if (error instanceof ShadowError) return { missing: error.message };
      throw error;
    }
  };
}
