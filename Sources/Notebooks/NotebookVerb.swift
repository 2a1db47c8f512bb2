import Commands
import Foundation

/// The verb that checks or updates the outputs of notebooks.
public let notebookVerb = Verb(
  "notebook", "run the commands of notebooks and check or update their outputs",
  operands: [
    Operand("check|update", "compare the outputs, or write them anew"),
    Operand("FOLDER", "the folder of the notebooks; notebooks-md if not said", required: false),
  ],
  examples: ["gateway-lab notebook check", "gateway-lab notebook update notebooks-md"],
  remarks: [
    "In each *.md file of the folder, every fenced block marked gateway-lab holds command lines; the block marked output that follows holds what they print. Commands run in the folder above the notebooks'. Exit status: 0 all outputs are as they are told; 1 one differs; 2 a notebook cannot be read."
  ],
  body: { try notebooks($0) })

private func notebooks(_ call: Invocation) throws -> ExitStatus {
  let mode = call.operands[0]
  guard mode == "check" || mode == "update" else {
    throw CommandError(unknown: "action", mode, among: ["check", "update"], next: call.verb.usage)
  }
  let folder = call.operand(1) ?? "notebooks-md"
  let manager = FileManager.default
  guard let names = try? manager.contentsOfDirectory(atPath: folder) else {
    throw CommandError(
      "\(folder): no such folder", next: "name the folder of the notebooks: \(call.verb.usage)")
  }
  let files = names.filter { $0.hasSuffix(".md") }.sorted()
  guard !files.isEmpty else {
    throw CommandError("\(folder): holds no *.md file", next: call.verb.usage)
  }
  let before = manager.currentDirectoryPath
  let place = URL(fileURLWithPath: folder).standardizedFileURL
  guard manager.changeCurrentDirectoryPath(place.deletingLastPathComponent().path) else {
    throw CommandError("\(folder): the folder above it cannot be entered", next: "check its rights")
  }
  defer { _ = manager.changeCurrentDirectoryPath(before) }
  var status = ExitStatus.fine
  for name in files {
    let path = place.appendingPathComponent(name).path
    let shown = folder + "/" + name
    guard let bytes = manager.contents(atPath: path),
      let text = String(validating: bytes, as: UTF8.self)
    else {
      throw CommandError("\(shown): cannot be read as UTF-8", next: "check the file")
    }
    let notebook: Notebook
    do {
      notebook = try Notebook(text)
    } catch {
      throw CommandError("\(shown): \(error)", next: "see gateway-lab notebook --help")
    }
    let runner = NotebookRunner { arguments, out, err in
      Commands.run(
        arguments, out: out, err: err, adding: call.verbs.filter { $0.name == "notebook" })
    }
    let outputs = notebook.cells.map { runner.output(of: $0) }
    if mode == "update" {
      let updated = notebook.text(with: outputs)
      if updated != text {
        try Data(updated.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
      }
      call.out.line("\(shown): \(updated == text ? "unchanged" : "updated")")
      continue
    }
    var wrong = 0
    for (cell, output) in zip(notebook.cells, outputs) where output != cell.output {
      wrong += 1
      call.out.write(difference(shown, cell, output))
    }
    call.out.line(
      "\(shown): \(wrong == 0 ? "\(outputs.count) outputs are as told" : "\(wrong) of \(outputs.count) outputs differ")"
    )
    if wrong > 0 { status = .failed }
  }
  if status == .failed {
    call.out.line(
      "next: look at the differences; if they are meant, gateway-lab notebook update \(folder)")
  }
  return status
}

/// The first line in which an output differs from what the notebook tells.
private func difference(_ file: String, _ cell: Notebook.Cell, _ output: String) -> String {
  guard let told = cell.output else {
    return "\(file):\(cell.line): no output block follows: \(cell.commands.first ?? "")\n"
  }
  let (old, new) = (
    told.split(separator: "\n", omittingEmptySubsequences: false),
    output.split(separator: "\n", omittingEmptySubsequences: false)
  )
  let line =
    zip(old, new).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    ?? min(old.count, new.count)
  return """
    \(file):\(cell.line): \(cell.commands.first ?? ""): line \(line + 1) of the output differs
      told: \(line < old.count ? old[line] : "(nothing more)")
      now:  \(line < new.count ? new[line] : "(nothing more)")

    """
}
