#include "temper/study/definition/study.h"

#include <algorithm>
#include <utility>

#include "temper/core/error.h"
#include "temper/io/disk/read_file.h"
#include "temper/study/definition/check.h"
#include "temper/study/definition/labels.h"
#include "temper/study/definition/read.h"
#include "temper/study/definition/rules.h"

namespace temper::study {
namespace {

constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 20;
constexpr std::int64_t kTuningSeeds = 1'000'000;  // seeds of tuning follow it

void read_base(Study& study, const std::filesystem::path& folder) {
  const auto where = recipe::place(study.places, "base");
  const bool is_table = std::holds_alternative<recipe::Node::Table>(study.base_tree.root.value);
  if (study.base.empty() && !is_table)
    refuse(where,
           "no base; name the recipe that the rows change, as in base = \"mine.toml\", or "
           "write it here, under [base]");
  if (study.base.empty()) return;
  const auto path = folder / study.base;
  try {
    study.base_tree = recipe::parse_toml(io::read_text(path, kMaxBytes), path.string());
  } catch (const Error& error) {
    throw error.within(where);
  }
}

std::int64_t largest(const Study& study) {
  return study.seeds.empty() ? 0 : *std::ranges::max_element(study.seeds);
}

}  // namespace

Study parse_study(std::string_view text, const std::string& name,
                  const std::vector<std::string>& sets) {
  auto study = read_study(text, name, sets);
  apply_rules(study);
  read_base(study, std::filesystem::path(name).parent_path());
  check_arms(study);
  return study;
}

Study load_study(const std::filesystem::path& file, const std::vector<std::string>& sets) {
  return parse_study(io::read_text(file, kMaxBytes), file.string(), sets);
}

std::vector<std::int64_t> seeds_of(const Study& study, std::int64_t n) {
  auto seeds = study.seeds;
  for (auto next = largest(study) + 1; std::ssize(seeds) < n; ++next) seeds.push_back(next);
  seeds.resize(static_cast<std::size_t>(n));
  return seeds;
}

std::vector<std::int64_t> tuning_seeds(const Study& study) {
  // They stay the same while seeds are added, unless those come near.
  const auto start = kTuningSeeds + (largest(study) > kTuningSeeds / 2 ? largest(study) : 0);
  std::vector<std::int64_t> seeds;
  for (std::int64_t i = 1; i <= study.tune_seeds; ++i) seeds.push_back(start + i);
  return seeds;
}

}  // namespace temper::study
