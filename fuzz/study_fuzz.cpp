#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/hostile.h"
#include "temper/study/definition/combinations.h"
#include "temper/study/definition/read.h"
#include "temper/study/definition/rules.h"

// The text of a study file, and the combinations that it asks for. If it begins with '@', its first
// line is an edit (--set). Recipes are not bound, so that LibTorch is not needed: recipe_fuzz.cpp
// does that.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return temper::fuzz::run(data, size, [](std::span<const std::byte> bytes) {
    std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    std::vector<std::string> sets;
    if (text.starts_with('@')) {
      const auto end = std::min(text.find('\n'), text.size());
      sets.emplace_back(text.substr(1, end - 1));
      text.remove_prefix(end);
    }
    auto study = temper::study::read_study(text, "fuzz", sets);
    temper::study::apply_rules(study);
    if (temper::study::combinations(study).front().name != study.base_name) std::abort();
  });
}
