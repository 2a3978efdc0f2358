// For typedoc: the order of the menu and of a module's page. What a doc comment says with @category stays; for
// the rest its kind says enough: types come after what is called, constants and errors last.
import { Application, Comment, CommentTag, Converter, ReflectionKind } from 'typedoc'

const { Class, Interface, SomeModule, TypeAlias, Variable } = ReflectionKind

const CALLED = 'Functions and classes'

const ORDER = {
  defaultCategory: CALLED,
  categoryOrder: [
    'Connections',
    CALLED,
    'More connections',
    'Addresses',
    'Descriptors',
    '*',
    'Entry points',
    'Types',
    'Constants',
    'Error numbers',
    'Errors',
  ],
  kindSortOrder: [
    'Module',
    'Document',
    'Function',
    'Class',
    'Variable',
    'Interface',
    'TypeAlias',
    'Constructor',
    'Property',
    'Accessor',
    'Method',
  ],
}

/** Whether a module stands among names in the menu: those of a package without an entry of its own do not.
 * @param {import('typedoc').Reflection} module
 */
const isBesideNames = ({ parent }) =>
  (parent?.isDeclaration() || parent?.isProject()) &&
  parent.children?.some((child) => !child.kindOf(SomeModule)) === true

/** What a name without a tag is, or undefined for what a program calls.
 * @param {import('typedoc').Reflection} reflection
 */
const categoryOf = (reflection) => {
  const { name } = reflection
  if (reflection.kindOf(SomeModule)) return isBesideNames(reflection) ? 'Entry points' : undefined
  if (reflection.kindOf(Class) && name.endsWith('Error')) return 'Errors'
  if (reflection.kindOf(Interface | TypeAlias)) return 'Types'
  if (!reflection.kindOf(Variable) || !/^[A-Z][A-Z\d_]*$/.test(name)) return undefined
  return /^E[A-Z\d]+$/.test(name) ? 'Error numbers' : 'Constants'
}

/** @param {import('typedoc').DeclarationReflection} reflection */
const hasTag = (reflection) =>
  [reflection, ...reflection.getNonIndexSignatures()].some(({ comment }) =>
    comment?.getTag('@category'),
  )

/** @param {import('typedoc').Context} context */
const categorize = ({ project }) => {
  for (const reflection of Object.values(project.reflections)) {
    if (
      !reflection.isDeclaration() ||
      !reflection.parent?.kindOf(SomeModule | ReflectionKind.Project)
    )
      continue
    const category = categoryOf(reflection)
    if (category === undefined || hasTag(reflection)) continue
    reflection.comment ??= new Comment()
    reflection.comment.blockTags.push(
      new CommentTag('@category', [{ kind: 'text', text: category }]),
    )
  }
}

/** @param {import('typedoc').Application} app */
export const load = (app) => {
  app.on(Application.EVENT_BOOTSTRAP_END, () => {
    const { options } = app
    const packageOptions = { ...options.getValue('packageOptions'), ...ORDER }
    for (const [name, value] of Object.entries({ ...ORDER, packageOptions })) {
      options.setValue(name, value)
    }
  })
  app.converter.on(Converter.EVENT_RESOLVE_END, categorize)
}
