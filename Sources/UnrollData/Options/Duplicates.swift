/// Where equal texts of a set go that is split by us: to one side of the split, or each by itself.
package enum Duplicates: String, CaseIterable, Sendable { case together, apart }
