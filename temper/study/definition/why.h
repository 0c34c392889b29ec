#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "temper/core/fields.h"
#include "temper/recipe/recipe.h"
#include "temper/study/definition/study.h"

/// The differences between two recipes as the rows of a study, which says what each of them is
/// worth.
namespace temper::study {

/// What one row is.
enum class RowsBy : std::uint8_t {
  automatic,  ///< option, where there are at most kMostRowsByOption of them, otherwise table
  option,     ///< one option, or a technique with all of its options: "loss.label_smoothing"
  table       ///< all differences below one table of the recipe: "optimizer"
};
inline constexpr std::size_t kMostRowsByOption = 6;
/// Of more rows every subset would be a long study: additive takes their place, unless asked for.
inline constexpr std::size_t kMostRowsInAllOrders = 4;

/// A change of the base recipe: a row.
struct Change {
  std::string name;  ///< "optimizer.lr", "length"
  Tag tag = Tag::training;
  std::vector<std::pair<std::string, std::string>> set;  ///< paths and values (TOML)
};

struct Changes {
  std::vector<Change> rows;  ///< in the order of the options
  /// Differences that are no rows, one sentence each: of where the data comes from, and of options
  /// that one of the recipes leaves to the program.
  std::vector<std::string> notes;
};

/// The recipe in a file, or of the run in a directory. Throws as recipe::load() does, and
/// Error{Code::usage} for a directory without a run.
recipe::Recipe recipe_of(const std::filesystem::path& path);

/// What has to be changed in one recipe so that it gives the results of the other on the same data.
Changes changes(const recipe::Recipe& from, const recipe::Recipe& to,
                RowsBy by = RowsBy::automatic);

/// The mode that suits so many rows: one_at_a_time for one, orders for up to kMostRowsInAllOrders,
/// else additive.
Mode usual_mode(std::size_t rows);

struct WhyOptions {
  std::string base_name;  ///< of the recipe that the rows change
  std::string other_name;
  std::string base;  ///< file of that recipe, relative to the study file
  Mode mode = Mode::orders;
  std::int64_t seeds = 3;
};

/// The text of a study file with these rows. Throws Error{Code::usage} where there are none.
std::string why_study(const Changes& changes, const WhyOptions& options);

}  // namespace temper::study

template <>
struct temper::EnumNames<temper::study::RowsBy> {
  static constexpr std::array<std::string_view, 3> value{"auto", "option", "table"};
};
