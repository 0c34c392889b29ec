#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "temper/study/analysis/ablate.h"
#include "temper/watch/live_page.h"

namespace temper::watch {

/// The page that `temper report` would write of a run now, whatever of it has been written. While
/// the directory does not exist, a page that waits for it. Its html() throws as read_run() does.
/// Throws Error{Code::usage} for the folder of a study.
Subject run_subject(const std::filesystem::path& directory);

/// The page that `temper ablate` would write of a study now, of the runs that have ended. Opens the
/// study's data once. Nothing is written, and no lock is taken.
/// @param file     the study file
/// @param sets     edits, as of load_study()
/// @param options  those of the study: the folder of the results, which may not exist yet; the
///                 budget and the trials at a time, on which the number of seeds may depend
/// Throws as load_study() and preview() do.
Subject study_subject(const std::filesystem::path& file, const std::vector<std::string>& sets,
                      const study::AblateOptions& options);

/// Gives way to others on this machine, such as the training that is watched: a low priority for
/// this thread and those that it starts, and LibTorch's operators on one thread.
void give_way();

}  // namespace temper::watch
