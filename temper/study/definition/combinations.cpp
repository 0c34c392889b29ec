#include "temper/study/definition/combinations.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "temper/core/random.h"

namespace temper::study {
namespace {

using Rows = std::vector<std::size_t>;

/// The rows of each [[row]]: one, or one for each of its values.
std::vector<Rows> axes_of(const Study& study) {
  std::vector<Rows> axes;
  for (std::size_t i = 0; i < study.rows.size(); ++i) {
    if (i == 0 || study.rows[i].axis != study.rows[i - 1].axis) axes.emplace_back();
    axes.back().push_back(i);
  }
  return axes;
}

Rows all_but(std::size_t count, std::size_t left_out) {
  Rows rows;
  for (std::size_t i = 0; i < count; ++i)
    if (i != left_out) rows.push_back(i);
  return rows;
}

class Maker {
 public:
  explicit Maker(const Study& study) : study_(study) { add(study.base_name, {}); }

  void additive() {
    Rows rows;
    for (std::size_t i = 0; i < study_.rows.size(); ++i) {
      rows.push_back(i);
      add(study_.rows[i].name, rows);
    }
    leave_out();
  }

  void leave_one_out() {
    add("all rows", all_but(study_.rows.size(), study_.rows.size()));
    leave_out();
  }

  void one_at_a_time() {
    for (std::size_t i = 0; i < study_.rows.size(); ++i) {
      Rows rows;
      for (std::optional<std::size_t> row = i; row; row = study_.rows[*row].extended)
        rows.insert(rows.begin(), *row);
      add(study_.rows[i].name, std::move(rows));
    }
  }

  void grid() {
    const auto axes = axes_of(study_);
    const auto count = static_cast<std::size_t>(number_of_combinations(study_));
    for (std::size_t number = 1; number < count; ++number) {
      Rows rows;
      auto rest = number;
      for (const auto& axis : axes) {
        if (const auto level = rest % (axis.size() + 1); level > 0) rows.push_back(axis[level - 1]);
        rest /= axis.size() + 1;
      }
      add(std::move(rows));
    }
  }

  void random() {
    const auto axes = axes_of(study_);
    const auto wanted = static_cast<std::size_t>(study_.combinations);
    if (number_of_combinations(study_) - 1 <= static_cast<double>(wanted)) return grid();
    for (std::uint64_t draw = 0; found.size() <= wanted; ++draw) {
      Random random(1, Purpose::combinations, {draw});
      Rows rows;
      for (const auto& axis : axes)
        if (const auto level = random.below(axis.size() + 1); level > 0)
          rows.push_back(axis[level - 1]);
      add(std::move(rows));
    }
  }

  /// The combination of index i has the rows whose bits are set in i.
  void orders() {
    for (std::size_t set = 1; set < std::size_t{1} << study_.rows.size(); ++set) {
      Rows rows;
      for (std::size_t i = 0; i < study_.rows.size(); ++i)
        if ((set >> i & 1U) != 0) rows.push_back(i);
      add(std::move(rows));
    }
  }

  void two_by_two() {
    Rows architecture;
    Rows training;
    for (std::size_t i = 0; i < study_.rows.size(); ++i)
      (study_.rows[i].tag == Tag::architecture ? architecture : training).push_back(i);
    add("new architecture", architecture);
    add("new training", training);
    add("both", all_but(study_.rows.size(), study_.rows.size()));
  }

  std::vector<Combination> found;

 private:
  void leave_out() {
    for (std::size_t i = 0; i < study_.rows.size(); ++i)
      add(fmt::format("without {}", study_.rows[i].name), all_but(study_.rows.size(), i));
  }

  void add(Rows rows) {
    std::vector<std::string_view> names;
    for (const auto row : rows) names.push_back(study_.rows[row].name);
    add(fmt::format("{}", fmt::join(names, " + ")), std::move(rows));
  }

  void add(const std::string& name, Rows rows) {
    if (known_.insert(rows).second) found.push_back({name, std::move(rows)});
  }

  const Study& study_;
  std::set<Rows> known_;
};

}  // namespace

double number_of_combinations(const Study& study) {
  double count = 1;
  for (const auto& axis : axes_of(study)) count *= static_cast<double>(axis.size() + 1);
  return count;
}

std::vector<Combination> combinations(const Study& study) {
  Maker maker(study);
  switch (study.mode) {
    case Mode::additive:
      maker.additive();
      break;
    case Mode::leave_one_out:
      maker.leave_one_out();
      break;
    case Mode::one_at_a_time:
      maker.one_at_a_time();
      break;
    case Mode::grid:
      maker.grid();
      break;
    case Mode::random:
      maker.random();
      break;
    case Mode::orders:
      maker.orders();
      break;
    case Mode::two_by_two:
      maker.two_by_two();
      break;
  }
  return std::move(maker.found);
}

}  // namespace temper::study
