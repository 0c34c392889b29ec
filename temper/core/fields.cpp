#include "temper/core/fields.h"

#include <fmt/format.h>

namespace temper {

std::string Bounds::text() const {
  const bool has_low = std::isfinite(low);
  const bool has_high = std::isfinite(high);
  if (has_low && has_high)
    return fmt::format("{}{}, {}{}", open_low ? '(' : '[', low, high, open_high ? ')' : ']');
  if (has_low) return fmt::format("{} {}", open_low ? ">" : ">=", low);
  if (has_high) return fmt::format("{} {}", open_high ? "<" : "<=", high);
  return "any number";
}

}  // namespace temper
