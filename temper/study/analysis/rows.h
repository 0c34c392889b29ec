#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "temper/study/analysis/samples.h"
#include "temper/study/analysis/table.h"

/// The parts of a table's rows that need no comparison.
namespace temper::study {

/// The mean and deviation of the numbers that there are; empty without any.
std::optional<Mean> mean_of(std::span<const std::optional<double>> values);

/// The mean over the finished runs after every epoch.
/// @param column  of the accuracy
std::vector<CurvePoint> curve_of(const ArmFigures& arm, const Column& column);

/// The row of an arm: counts, means and points.
/// @param seeds  of arm.by_seed
TableRow row_of(const Arm& arm, const ArmFigures& figures, std::span<const std::int64_t> seeds,
                const Column& column, const Column& validation);

/// Sets TableRow::rank and TableRow::pareto, among the rows of each length.
void rank_rows(std::vector<TableRow>& rows, const Column& validation);

}  // namespace temper::study
