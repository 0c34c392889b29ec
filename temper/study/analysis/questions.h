#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "temper/study/analysis/samples.h"

/// What the tables of a study judge, as weighted sums of its arms.
namespace temper::study {

/// A sum of gains, an effect, a contribution.
struct NamedContrast {
  std::string name;
  Tag tag = Tag::none;
  Contrast contrast;
};

struct Questions {
  std::vector<Contrast> comparisons;  ///< in the order of comparisons()
  std::vector<bool> is_apart;  ///< of each of them: it is judged among the claims, or is that of a
                               ///< subset of rows in mode `orders`, and not judged
  std::vector<NamedContrast> sums;  ///< by tag: of what rows add to those above, or contribute
  std::vector<NamedContrast> sums_left_out;  ///< by tag: of what rows add to all the others
  std::vector<NamedContrast> effects;        ///< 2 x 2: architecture, training, interaction
  std::vector<NamedContrast> contributions;  ///< of each row, the mean over all orders

  /// All that is judged together, claims apart, each once.
  [[nodiscard]] std::vector<Contrast> family() const;
  /// Those of the family whose differences the number of seeds is planned for: all but the sums.
  [[nodiscard]] std::vector<Contrast> planned() const;
  /// What to call them: "dropout against base", a row's contribution, an effect.
  [[nodiscard]] std::string name_of(const Contrast& contrast, std::span<const Arm> arms) const;
};

Questions questions_of(const Study& study, std::span<const Arm> arms,
                       std::span<const Comparison> comparisons);

}  // namespace temper::study
