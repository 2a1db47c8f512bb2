import Synchronization

/// Hears what a reader or a stand-in value is asked for while parameters are being described.
///
/// `trail` holds what is being described further up; whoever meets itself there stops, so that a
/// type that contains itself (a route of routes) has a finite description.
final class Describer: Sendable {
  private struct Part {
    var description: ParameterDescription
    /// Hears what the parameter's elements, members or forms are asked for.
    var inner: Describer?
  }

  private let parts = Mutex<[Part]>([])
  let trail: [String]

  init(trail: [String] = []) { self.trail = trail }

  /// Adds a parameter, or a form if its key is empty; a key that is known already is left alone.
  func add(_ description: ParameterDescription, inner: Describer? = nil) {
    parts.withLock { parts in
      if !description.key.isEmpty,
        parts.contains(where: { $0.description.key == description.key })
      {
        return
      }
      parts.append(Part(description: description, inner: inner))
    }
  }

  /// What has been asked for, in order.
  var descriptions: [ParameterDescription] {
    parts.withLock { $0 }.map { part in
      guard let inner = part.inner else { return part.description }
      var description = part.description
      description.nested = inner.descriptions
      return description
    }
  }

  /// The one who hears what lies below `mark`; `nil` if that is being described further up.
  func below(_ mark: String) -> Describer? {
    trail.contains(mark) || trail.count >= 24 ? nil : Describer(trail: trail + [mark])
  }
}

extension Setting {
  /// A stand-in for a value, which tells `describer` what is asked of it.
  static func standIn(_ describer: Describer) -> Setting {
    var setting = Setting(.object([]))
    setting.describer = describer
    return setting
  }
}
