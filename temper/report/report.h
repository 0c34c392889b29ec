#pragma once
#include <filesystem>

#include "temper/report/inspection.h"
#include "temper/report/summary.h"

namespace temper::report {

/// The written page and its numbers.
struct WrittenReport {
  std::filesystem::path path;
  Summary summary;
  Inspection inspection;
};

/// Writes report.html into a run directory atomically: a self-contained file that needs no network
/// access; and for a finished run results.csv, see run_list_text.h, and, unless there is one,
/// MODEL_CARD.md, see model_card.h. Files of the run may be missing; the page of a killed run says
/// how far the run got.
/// @param options  analyses that need forward passes, and so a finished run and its data; what an
///                 earlier report measured of the same weights is shown without
/// Throws as read_run() and inspect() do, and Error{Code::io} when it can't be written.
WrittenReport write_report(const std::filesystem::path& run_directory,
                           const InspectOptions& options = {});

}  // namespace temper::report
