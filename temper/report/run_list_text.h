#pragma once
#include <string>

#include "temper/report/csv_line.h"
#include "temper/report/run_list.h"
#include "temper/report/table_format.h"

namespace temper::report {

/// A row for each run.
/// text: for a terminal. csv: numbers with all their digits. json: for each run the keys of
/// `temper report --json`, with its path, state and size.
std::string to_text(const RunList& list, TableFormat format = TableFormat::text);

/// Adds the main numbers of a run: its result with intervals, calibration, size, length and time.
/// What was not measured is empty.
void add_results(CsvLine& line, const Summary& summary);

/// The text of a run's results.csv: its main numbers, in one line below their names.
std::string results_csv(const Summary& summary);

/// "12.3 MiB"
std::string bytes_text(std::int64_t bytes);

}  // namespace temper::report
