#include "temper/core/set_name.h"

#include <array>
#include <span>
#include <string>
#include <utility>

#include "temper/core/lower_case.h"

namespace temper {
namespace {

using Spelling = std::pair<std::string_view, Part>;
constexpr std::array<Spelling, 8> kPlain{{{"train", Part::train},
                                          {"training", Part::train},
                                          {"val", Part::validation},
                                          {"valid", Part::validation},
                                          {"validation", Part::validation},
                                          {"dev", Part::validation},
                                          {"test", Part::test},
                                          {"testing", Part::test}}};
constexpr std::array<Spelling, 8> kAlike{{{"trainval", Part::train},
                                          {"trn", Part::train},
                                          {"eval", Part::validation},
                                          {"evaluation", Part::validation},
                                          {"development", Part::validation},
                                          {"holdout", Part::validation},
                                          {"tests", Part::test},
                                          {"tst", Part::test}}};

/// Words that say no more than that there are pictures; a plural before its singular.
constexpr auto kFillers = std::to_array<std::string_view>(
    {"datasets", "dataset", "data", "sets", "set", "images", "image", "imgs", "img", "pictures",
     "picture", "pics", "pic", "photos", "photo", "samples", "sample", "split", "folder"});

std::optional<Part> part_in(std::span<const Spelling> spellings, std::string_view word) {
  for (const auto& [spelling, part] : spellings)
    if (word == spelling) return part;
  return std::nullopt;
}

/// A name in lower case without separators, numbers, and fillers at its ends.
std::string bare(std::string_view name) {
  auto word = to_lower(std::string(name));
  std::erase_if(word, [](char c) {
    return std::string_view("-_ .").find(c) != std::string_view::npos || (c >= '0' && c <= '9');
  });
  for (bool again = true; again;) {
    again = false;
    for (const auto filler : kFillers) {
      if (word.size() <= filler.size()) continue;
      const bool last = word.ends_with(filler);
      if (!last && !word.starts_with(filler)) continue;
      word.erase(last ? word.size() - filler.size() : 0, filler.size());
      again = true;
    }
  }
  return word;
}

}  // namespace

std::optional<Part> part_of(std::string_view name) {
  const auto word = bare(name);
  const auto part = part_in(kPlain, word);
  return part ? part : part_in(kAlike, word);
}

bool is_plain(std::string_view name) {
  return part_in(kPlain, to_lower(std::string(name))).has_value();
}

}  // namespace temper
