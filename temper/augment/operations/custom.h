#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>

#include "temper/augment/pixels/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"
#include "temper/io/image/image.h"

namespace temper::augment {

/// A user's own operation. The function may change pixels and size, not the number of channels. It
/// is called by several threads at once and may use only the random generator that it is given.
struct Custom {
  using InPlace = std::function<void(io::Image&, Random&)>;
  /// Writes the result to another image, which begins with the size of the first one and any
  /// pixels.
  using FromTo = std::function<void(const io::Image& from, io::Image& to, Random&)>;

  std::string name = {};
  std::variant<InPlace, FromTo> function = {};

  static constexpr std::string_view kind = "custom";
  static constexpr About about = {
      .summary =
          "An operation that a C++ program provides as a function; a recipe file alone cannot use "
          "it."};
  static constexpr auto fields() {
    return std::tuple{field(&Custom::name, {.name = "name", .meaning = "name of the operation"})};
  }
};

/// Throws Error{Code::usage} if there is no function, which a recipe can't provide.
void apply(const Custom& options, Frame& frame, Random& random);

}  // namespace temper::augment
