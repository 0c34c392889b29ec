#pragma once
#include <string>

#include "temper/tune/run_search.h"

/// What a search found.
namespace temper::report {

/// A table for a terminal, the best trials first.
std::string search_text(const tune::SearchTable& table);
/// A line for each trial and rung in the format of RFC 4180, with all digits.
std::string search_csv(const tune::SearchTable& table);
/// A self-contained page: parallel coordinates, table, method.
std::string search_page(const tune::SearchTable& table);

}  // namespace temper::report
