#pragma once
#include <filesystem>

#include "temper/data/sources/file_options.h"
#include "temper/data/sources/source.h"

namespace temper::data {

/// Images listed in a table, one per row (see io/format/csv.h):
///
///   path,label,split
///   cats/1.jpg,cat,train
///   more/2.png,,train
///   dogs/3.jpg,dog,val
///
/// `path` (or file, filename, image) is relative to the table's folder, or absolute. `label` (or
/// class) is the name or number of a class; empty for an unlabeled image. Alternatively, a column
/// `target`, or columns `target_NAME`, contain regression targets (values.h), which are finite
/// numbers with the name "target" or NAME; all of them empty for an image without targets. `split`,
/// which is optional, is the name of a set as for folder(); empty: train. Names of columns are
/// case-insensitive, and other columns are ignored. The classes are those of the training rows,
/// sorted numerically if all are numbers, otherwise by their bytes.
///
/// `path` names the table (.csv or .tsv), or a folder with train.csv, val.csv and test.csv, in the
/// spellings of folder(). Of a folder, Dataset::unread lists the other tables and the pictures that
/// no table lists.
///
/// Throws Error{Code::data} with the table and the line: an image that is listed twice (with one
/// label, with two labels or in two sets), does not exist or is not a file; a label that the
/// training set does not have; a target that is not a finite number, or is missing while others of
/// its row are not; labels and targets together. Error{Code::io}: no permission.
Dataset manifest(const std::filesystem::path& path, const FileOptions& options = {});

/// Whether a folder contains a training table in one of the spellings, and is not one of class
/// folders beside which a table lies whose name is only like such a spelling.
bool holds_manifests(const std::filesystem::path& folder);

}  // namespace temper::data
