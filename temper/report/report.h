#pragma once
#include <filesystem>

#include "temper/report/inspection.h"
#include "temper/report/summary.h"

namespace temper::report {

/// A page, and the numbers in it.
struct Written {
  std::filesystem::path path;
  Summary summary;
  Inspection inspection;
};

/// Writes report.html into a run directory, whole or not at all: one file that needs no network and
/// nothing beside it. Works on what is there; a killed run's page says how far the run came.
/// @param options  what asks the network again, and needs a finished run and its data
/// Throws as read_run() and inspect() do, and Error{Code::io} when it can't be written.
Written write_report(const std::filesystem::path& run_directory,
                     const InspectOptions& options = {});

}  // namespace temper::report
