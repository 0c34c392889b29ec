#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Python's pickles of protocol 2 to 5 (https://docs.python.org/3/library/pickletools.html), read
/// as data. Python runs a pickle as a program, which imports what it names and calls it; here a
/// name remains a name, and a call is a value that holds what would be called and with what.
namespace temper::io {

/// The place of a value in `Pickle::values`.
using PickleId = std::uint32_t;

struct PickleValue {
  enum class Kind : std::uint8_t {
    none,
    boolean,     ///< `integer` is 0 or 1
    integer,     ///< of at most 64 bits
    text,        ///< `text`
    other,       ///< a float, bytes, a longer integer
    tuple,       ///< `items`
    list,        ///< `items`, also of a set
    dict,        ///< `items`: key, value, key, value, ...
    global,      ///< `text` is the module, `name` the name in it
    persistent,  ///< what the writer keeps outside of the pickle; `arguments` identifies it
    call,  ///< of `callable` with the tuple `arguments`; `items` as in a dict were added later
  };

  Kind kind = Kind::none;
  PickleId callable = 0;
  PickleId arguments = 0;
  std::int64_t integer = 0;
  std::string_view text{};  ///< part of the pickle's bytes, as `name` is
  std::string_view name{};
  std::vector<PickleId> items{};
};

/// Values may contain one another in circles. What a call is given later by `__setstate__` is not
/// kept.
struct Pickle {
  std::vector<PickleValue> values;
  PickleId root = 0;

  [[nodiscard]] const PickleValue& at(PickleId id) const { return values[id]; }
  /// The full name of a global, "torch._utils._rebuild_tensor_v2"; "" for other values.
  [[nodiscard]] std::string name_of(PickleId id) const;
};

/// Reads a pickle without executing any of it. Memory grows with the pickle's size, up to a few
/// hundred MB. Throws Error{Code::data} with the file, the byte, what was found and what was
/// expected.
/// @param bytes  must outlive the values
/// @param file   the name of the pickle in messages
Pickle read_pickle(std::span<const std::byte> bytes, const std::string& file);

}  // namespace temper::io
