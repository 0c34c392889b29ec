#include "temper/imports/schedule_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "temper/recipe/text.h"

namespace temper::imports {

std::string assigned(std::string_view key, double value) {
  return fmt::format("{} = {}", key, recipe::number_text(value));
}

std::string schedule_text(std::span<const Curve> curves, bool by_epoch) {
  const auto& first = curves.front();
  if (curves.size() == 1 && !by_epoch)
    return fmt::format("{{ schedule = {}, {} }}", recipe::quote(first.kind),
                       fmt::join(first.options, ", "));
  std::vector<std::string> pieces;
  for (const auto& curve : curves) {
    const auto length = curve.epochs > 0 ? assigned("epochs", curve.epochs) + ", " : "";
    pieces.push_back(fmt::format("{{ {}curve = {{ kind = {}, {} }} }}", length,
                                 recipe::quote(curve.kind), fmt::join(curve.options, ", ")));
  }
  return fmt::format("{{ schedule = \"piecewise\", {}pieces = [{}] }}",
                     by_epoch ? "interval = \"epoch\", " : "", fmt::join(pieces, ", "));
}

}  // namespace temper::imports
