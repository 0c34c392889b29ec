#include "output.h"

#include "temper/core/printable.h"

namespace temper::cli {

void put(std::FILE* to, const std::string& text) {
  fmt::print(to, "{}", printable_lines(text));
}

}  // namespace temper::cli
