#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "temper/recipe/recipe.h"
#include "temper/study/definition/study.h"

namespace temper::study {

/// What distillation.from begins with where the teacher is a row of the study (or its base), as in
/// "row:plain": the network of that row's trial with the same seed.
inline constexpr std::string_view kTeacherRow = "row:";

/// The row that teaches a recipe, as in "plain"; "" where none does.
std::string_view teacher_row(const recipe::Recipe& recipe);

/// What an arm trains up to a step: the arm without the rows whose from_step has not come yet.
struct Phase {
  std::int64_t until_step = 0;
  recipe::Recipe recipe;
};

/// Tuned numbers, each an option and its value (TOML).
using TunedValues = std::vector<std::pair<std::string, std::string>>;

/// One recipe that a study trains with every seed: the base with some of the rows.
struct Arm {
  std::string name;
  std::vector<std::size_t> rows;            ///< that are in, ascending
  TunedValues tuned;                        ///< none until with_tuned()
  recipe::Recipe recipe;                    ///< the seed is not set yet
  std::vector<Phase> before = {};           ///< ascending; none unless rows have a from_step
  std::optional<std::size_t> teacher = {};  ///< the arm of distillation.from = "row:NAME", with its
                                            ///< own tuned numbers
  std::optional<std::size_t> length = {};   ///< of Study::lengths; none: the base's own
};

/// The arms of a study, each once; the base is the first. In mode `orders` the arm of index i has
/// the rows whose bits are set in i. Arms of other lengths follow those of the base's own.
/// Throws Error{Code::usage}, with the row, where one is no valid recipe or has no such teacher.
std::vector<Arm> arms(const Study& study);

/// The arm with these tuned numbers in place of those that it has. Throws Error{Code::usage} where
/// the recipe can't have them.
Arm with_tuned(const Study& study, const Arm& arm, TunedValues tuned);

/// Whether two arms give the same results with equal seeds, as far as their recipes say.
bool same_results(const Arm& a, const Arm& b);

/// Whether the study trains two arms alike: they give the same results, and their rows tune the
/// same numbers.
bool trained_alike(const Study& study, const Arm& a, const Arm& b);

/// The arm of a row: in mode additive the row on top of those above, in one_at_a_time on top of the
/// row that it extends, else the row alone. nullopt where it is not among the arms.
/// @param row  none: the base
std::optional<std::size_t> arm_of(const Study& study, std::span<const Arm> arms,
                                  std::optional<std::size_t> row,
                                  std::optional<std::size_t> length = std::nullopt);
/// The same by the row's name, or the base's.
std::optional<std::size_t> arm_of(const Study& study, std::span<const Arm> arms,
                                  std::string_view name,
                                  std::optional<std::size_t> length = std::nullopt);

}  // namespace temper::study
