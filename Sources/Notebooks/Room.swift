import Commands

/// The verb that runs notebooks.
public let notebookVerb = Verb("notebook", "run the commands of notebooks and check their output") {
  _ in .fine
}
