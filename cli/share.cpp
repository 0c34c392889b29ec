#include "share.h"

#include <fmt/format.h>

#include <cstdint>

#include "temper/core/error.h"
#include "temper/core/parse_number.h"

namespace temper::cli {

study::Share share_of(std::string_view text) {
  study::Share share;
  const auto slash = text.find('/');
  const auto number = [](std::string_view digits, std::int64_t& into) {
    into = parse_number<std::int64_t>(digits).value_or(0);
    return into >= 1;
  };
  if (slash == std::string_view::npos || !number(text.substr(0, slash), share.index) ||
      !number(text.substr(slash + 1), share.count) || share.index > share.count)
    throw Error(Code::usage, fmt::format("--share is '{}'; expected i/n with 1 <= i <= n, such as "
                                         "2/8 for the second of eight processes",
                                         text));
  return share;
}

}  // namespace temper::cli
