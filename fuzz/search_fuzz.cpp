#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/hostile.h"
#include "temper/tune/read.h"

// The text of a search file. If it begins with '@', its first line is an edit (--set). Recipes are
// not bound, so that LibTorch is not needed: recipe_fuzz.cpp does that.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return temper::fuzz::run(data, size, [](std::span<const std::byte> bytes) {
    std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    std::vector<std::string> sets;
    if (text.starts_with('@')) {
      const auto end = std::min(text.find('\n'), text.size());
      sets.emplace_back(text.substr(1, end - 1));
      text.remove_prefix(end);
    }
    if (temper::tune::read_search(text, "fuzz", sets).parameters.empty()) std::abort();
  });
}
