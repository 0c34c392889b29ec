#pragma once
#include <cstdint>
#include <string>

namespace temper::report {

/// What a page has while `temper watch` serves it: a line in its corner, and a script that asks for
/// the page's version, and loads the page again, at the same place of it, when there is another.
struct Live {
  std::string version;       ///< of the page, hexadecimal digits: its ETag
  std::string text;          ///< of the line: "Step 120 of 400."
  std::int64_t written = 0;  ///< when its files were last changed, seconds since 1970; 0: unknown
  bool ended = false;        ///< nothing more is expected
};

}  // namespace temper::report
