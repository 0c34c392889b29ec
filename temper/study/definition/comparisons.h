#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "temper/core/fields.h"
#include "temper/study/definition/arms.h"
#include "temper/study/definition/study.h"

namespace temper::study {

enum class Kind : std::uint8_t {
  against_base,    ///< an arm and the base
  against_before,  ///< an arm and the one before it: without its last row
  left_out,        ///< all rows and all but one: what the row adds to the others
  claim,           ///< two arms of a claim
};

/// A difference that the tables show: `arm` minus `than`.
struct Comparison {
  std::string name;
  std::size_t arm;
  std::size_t than;
  std::optional<std::size_t> row;  ///< that it is about; none: the arm as a whole
  Kind kind;
  std::optional<std::size_t> claim = {};   ///< of Study::claims
  std::optional<std::size_t> length = {};  ///< of Study::lengths; none: the base's own
};

/// The differences that the tables show, of arms with different results. A claim is tested at every
/// length at which both of its rows are trained. Two arms may be compared under several kinds (the
/// first row of mode additive against base and against before): they are one comparison.
std::vector<Comparison> comparisons(const Study& study, std::span<const Arm> arms);

}  // namespace temper::study

template <>
struct temper::EnumNames<temper::study::Kind> {
  static constexpr std::array<std::string_view, 4> value{"against base", "against before",
                                                         "left out", "claim"};
};
