/** Fills the templates of a rule's actions in for a real message before the rule is deployed, as the actions would. */
import type { TemplatePreview, TriedTemplate } from '../../../preload/shapes-rules.ts';
import { AwsError } from '../services.ts';
import { republishFault, republishTopic } from './actions/republish-action.ts';
import type { EvaluationContext } from './context.ts';
import { EvaluationFailure } from './failure.ts';
import type { SqlVersion } from './sql-version.ts';
import type { Assignment } from './statement.ts';
import { compileTemplate, type Template } from './substitution.ts';

/** `context` is null where there is no message yet: then templates are only read. One preview for each template, in their order. */
export function tryTemplates(
  templates: readonly TriedTemplate[],
  rule: { readonly version: SqlVersion; readonly assignments: readonly Assignment[] },
  context: EvaluationContext | null,
): readonly TemplatePreview[] {
  return templates.map(({ text, isTopic }) => {
    const compiled = compiledOf(isTopic ? republishTopic(text) : text, rule);
    if (typeof compiled === 'string') return { text, isTopic, filled: null, missing: [], error: compiled };
    if (context === null) return { text, isTopic, filled: null, missing: [], error: null };
    try {
      const { text: filled, missing } = compiled(context);
      if (missing.length > 0) return { text, isTopic, filled: null, missing, error: null };
      const topic = isTopic ? republishTopic(filled) : filled;
      return { text, isTopic, filled: topic, missing, error: isTopic ? (republishFault(topic) ?? null) : null };
    } catch (error) {
      if (!(error instanceof EvaluationFailure)) throw error;
      return { text, isTopic, filled: null, missing: [], error: error.message };
    }
  });
}

/** The function, or why the text is no template. */
function compiledOf(
  text: string,
  { version, assignments }: { readonly version: SqlVersion; readonly assignments: readonly Assignment[] },
): Template | string {
  try {
    return compileTemplate(text, version, assignments, { roleArn: null });
  } catch (error) {
    if (error instanceof AwsError) return error.message;
    throw error;
  }
}
