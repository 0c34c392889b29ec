#pragma once
#include <span>
#include <vector>

#include "temper/study/analysis/samples.h"
#include "temper/study/analysis/table.h"

namespace temper::study {

/// The verdicts about the study's claims, each on its own figure, adjusted among one another by
/// Holm. A claim holds where its difference is shown with the sign that it says, and does not hold
/// where the other sign is, or where the difference is shown to be within the margin. One that
/// expects no difference holds in that last case, and does not hold where the simultaneous interval
/// lies wholly outside the margin: a difference that is only shown not to be 0 leaves it undecided.
/// For another figure than the study's metric, whose margin is not known, it is a thousandth of the
/// value.
/// @param metric  the table's figure, that claims without one of their own speak of
std::vector<ClaimRow> claims_of(const Course& course, const Stand& stand,
                                std::span<const ArmFigures> figures, const Column& metric);

}  // namespace temper::study
