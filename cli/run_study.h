#pragma once
#include <string>

#include "command.h"
#include "temper/report/study_text.h"
#include "temper/study/analysis/ablate.h"

/// What the commands that run studies have in common.
namespace temper::cli {

/// Throws Error{Code::usage} for a recipe in place of a study file.
void require_study(const std::string& file);

/// --format of the tables of a study.
void add_study_format(const Command& command, std::string& into);
report::StudyFormat study_format(const std::string& name);

/// Runs a study with its progress on the terminal, until it is done or a signal stops it.
study::StudyTable run_study(const study::Study& study, study::Store& store,
                            study::AblateOptions options);

/// What would be run next and its cost, for --dry-run.
void print_plan(const study::Preview& preview, report::StudyFormat format);

}  // namespace temper::cli
