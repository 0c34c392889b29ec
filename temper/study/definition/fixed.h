#pragma once
#include <string>

#include "temper/study/definition/edits.h"

namespace temper::study {

/// The edit that gives a number a fixed value, which tuning that number would replace; null: none
/// does. A number of a schedule or of another `kind` that the same edits choose is a start, from
/// which tuning goes on.
/// @param path  of the number that is tuned: "optimizer.lr", "model.dropout.0.p",
/// "optimizer.lr.peak"
const Edits::Edit* fixing(const Edits& edits, const std::string& path);

}  // namespace temper::study
