import Testing

@testable import Chance
