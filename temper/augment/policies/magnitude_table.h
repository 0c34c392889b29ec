#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "temper/augment/pixels/box.h"
#include "temper/augment/policies/magnitudes.h"

namespace temper::augment {

/// What the operations of a policy do at one magnitude: the output of `temper explain rand_augment
/// --magnitude 9`.
struct MagnitudeTable {
  struct Row {
    Primitive primitive = Primitive::identity;
    double value = 0;
    std::optional<double> negated = {};  ///< of operations whose sign is drawn
    std::string remark = {};             ///< "" or what follows from the value: "no change"
  };

  std::string policy;
  std::string dialect;
  double magnitude = 0;
  Size size;
  std::vector<Row> rows;  ///< of the operations that the policy has, in one of its lists; those
                          ///< without a value behind the others
  std::string remark;     ///< on the magnitude
};

/// The policies that have magnitudes.
std::vector<std::string_view> policies_with_magnitudes();

/// "224", for both sides, or "32x48", height and width. Throws Error{Code::usage} for other texts.
Size read_size(std::string_view text);

/// Throws Error{Code::usage} for an unknown policy or dialect, with the nearest spelling, and for a
/// magnitude or a size that there is not.
/// @param dialect    empty: the policy's default
/// @param asked      the magnitude; empty: 9, or the dialect's largest if that is less
MagnitudeTable magnitude_table(std::string_view policy, std::string_view dialect,
                               std::optional<double> asked, Size size);

std::string to_text(const MagnitudeTable& table);
nlohmann::ordered_json to_json(const MagnitudeTable& table);

}  // namespace temper::augment
