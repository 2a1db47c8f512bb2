import Commands
import Foundation
import Notebooks

exit(
  Commands.run(
    Array(CommandLine.arguments.dropFirst()), out: DescriptorOutput.standardOutput,
    err: DescriptorOutput.standardError, adding: [notebookVerb]))
