#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "temper/augment/pipeline/operation.h"

/// timm's strings for policies, such as "rand-m9-mstd0.5-inc1": a policy's name and sections, each
/// of which is a key with a value right behind it.
///
///     rand                       RandAugment: m magnitude (10), n number of operations (2),
///                                p probability (0.5), mstd, mmax, inc (0 or 1), t set of
///                                operations
///     original originalr v0 v0r  AutoAugment: mstd
///     augmix                     AugMix: m severity (3), w width (3), d depth, a alpha (1),
///                                b blended (0 or 1), mstd
///     3a                         3-Augment without color jitter, which timm has as an option
namespace temper::augment {

/// Whether the text begins with the name of one of timm's policies.
bool is_timm_string(std::string_view text);

/// Empty if the text is no such string. Throws Error{Code::usage} for one with mistakes, with the
/// place and the nearest spelling. timm itself ignores sections without a number.
std::optional<Operation> read_timm_string(std::string_view text);

/// The string for which timm's create_transform() does the same, but for the color from outside the
/// image, which is the data's mean there (`fill`); "" if there is none.
std::string timm_string(const Operation& operation);

}  // namespace temper::augment
