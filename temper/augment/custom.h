#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <tuple>

#include "temper/augment/frame.h"
#include "temper/core/fields.h"
#include "temper/core/random.h"
#include "temper/io/image.h"

namespace temper::augment {

/// A user's own operation. The function may change pixels and size, not the number of channels; it
/// is called from several threads at once and draws from the generator it is given, nowhere else.
struct Custom {
  std::string name = {};
  std::function<void(io::Image&, Random&)> function = {};

  static constexpr std::string_view kind = "custom";
  static constexpr About about = {
      .summary = "A program's own operation, given as a function in C++ (not in a recipe file)."};
  static constexpr auto fields() {
    return std::tuple{
        field(&Custom::name, {.name = "name", .meaning = "tells the operation from others"})};
  }
};

/// Throws Error{Code::usage} where there is no function: a recipe can name it, not bring it.
void apply(const Custom& options, Frame& frame, Random& random);

}  // namespace temper::augment
