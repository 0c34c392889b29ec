#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "temper/evaluate/corruptions.h"

/// The accuracies under corruptions as a table for a terminal, line by line, because evaluating a
/// row can take minutes.
namespace temper::report {

/// The columns' names.
std::string corruption_head(const std::vector<std::int64_t>& severities);
std::string corruption_line(const evaluate::CorruptionRow& row);
/// The clean accuracy, the means, and what they mean.
std::string corruption_summary(const evaluate::CorruptionTable& table);

/// What must be known of a table to compare it with others: the corruptions' definition.
std::string corruption_method(const evaluate::CorruptionTable& table);

}  // namespace temper::report
