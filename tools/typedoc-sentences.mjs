// For typedoc: a public name whose doc comment holds no sentence is a warning, and so fails the site.
// typedoc's own `notDocumented` takes any word for a comment, and asks one of every property of an object
// that a constant holds.
import { Application, ReflectionKind } from 'typedoc'

/** At least two words that end as a sentence does. */
const SENTENCE = /\S+\s+\S[\s\S]*?[.!?:]['")`\]]*(\s|$)/

const NAMES = ReflectionKind.SomeMember | (ReflectionKind.SomeExport & ~ReflectionKind.SomeModule)

/** Whether the name is its module's own or its class's: neither inherited nor inside another type.
 * @param {import('typedoc').Reflection} reflection
 */
const isOwn = (reflection) => {
  if (reflection.isDeclaration() && reflection.inheritedFrom !== undefined) return false
  for (let at = reflection.parent; at !== undefined; at = at.parent) {
    if (at.kindOf(ReflectionKind.TypeLiteral) || at.isSignature()) return false
  }
  return true
}

/** `readonly family: 'inet4'` says all there is to say, in an interface or a class that has it from one.
 * @param {import('typedoc').Reflection} reflection
 */
const isTag = (reflection) =>
  reflection.isDeclaration() &&
  reflection.kindOf(ReflectionKind.Property) &&
  reflection.type?.type === 'literal' &&
  (reflection.parent?.kindOf(ReflectionKind.Interface) || reflection.implementationOf !== undefined)

/** @param {import('typedoc').Reflection} reflection */
const text = (reflection) => {
  const signatures = reflection.isDeclaration() ? reflection.getNonIndexSignatures() : []
  return [reflection, ...signatures]
    .flatMap(({ comment }) => comment?.summary ?? [])
    .map((part) => part.text)
    .join('')
}

/** @param {Application} app */
export const load = (app) => {
  app.on(Application.EVENT_VALIDATE_PROJECT, (project) => {
    for (const reflection of project.getReflectionsByKind(NAMES)) {
      if (!isOwn(reflection) || isTag(reflection)) continue
      if (SENTENCE.test(text(reflection))) continue
      app.logger.warn(`${reflection.getFullName()} has no doc comment with a sentence`)
    }
  })
}
