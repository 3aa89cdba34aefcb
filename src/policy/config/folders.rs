//! The configuration files of folders: each applies to what is below it. A file is read once, when
//! a path in its folder is first looked up.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use bstr::{BStr, BString, ByteSlice};

use super::layer::{Layer, Origin};
use super::read::ConfigError;
use super::{FILE, resolve_selectors};
use crate::policy::files::PolicyFiles;
use crate::rules::catalogue::Catalogue;

/// The layers of a folder and of its parents, most specific first.
pub type FolderLayers = Arc<[Arc<Layer>]>;

/// The folders of one repository.
#[derive(Debug)]
pub struct Folders {
    files: PolicyFiles,
    /// The rules that a file may name; `None` if rule names are not checked.
    catalogue: Option<Arc<Catalogue>>,
    cached: Mutex<HashMap<BString, FolderLayers>>,
    faults: Mutex<BTreeSet<ConfigError>>,
}

impl Folders {
    pub fn new(files: PolicyFiles) -> Self {
        Folders { files, catalogue: None, cached: Mutex::default(), faults: Mutex::default() }
    }

    /// The same folders, to be read again with these rules.
    pub fn for_rules(&self, catalogue: &Catalogue) -> Self {
        let catalogue = Some(Arc::new(catalogue.clone()));
        Folders { catalogue, ..Folders::new(self.files.clone()) }
    }

    /// The layers that apply to a file in addition to the repository's.
    pub fn of(&self, path: &BStr) -> FolderLayers {
        match path.rfind_byte(b'/') {
            Some(end) => self.layers(path[..end].as_bstr()),
            None => FolderLayers::default(),
        }
    }

    /// Errors in the files that were read so far.
    pub fn faults(&self) -> Vec<ConfigError> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn layers(&self, folder: &BStr) -> FolderLayers {
        let cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(layers) = cached.get(folder) {
            return layers.clone();
        }
        drop(cached);
        let parents = self.of(folder);
        let layers = match self.layer(folder) {
            Ok(None) => parents,
            Ok(Some(own)) => {
                std::iter::once(Arc::new(own)).chain(parents.iter().cloned()).collect()
            }
            Err(fault) => {
                self.faults.lock().unwrap_or_else(PoisonError::into_inner).insert(fault);
                parents
            }
        };
        let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        cached.entry(folder.to_owned()).or_insert(layers).clone()
    }

    fn layer(&self, folder: &BStr) -> Result<Option<Layer>, ConfigError> {
        let path = BString::from([folder.as_bytes(), b"/", FILE.as_bytes()].concat());
        let name = self.files.name(path.as_bstr());
        let text = self.files.text(path.as_bstr());
        let text = text.map_err(|why| ConfigError::Read { file: name.clone(), why })?;
        let Some(text) = text else { return Ok(None) };
        let mut layer = Layer::parse(&text, Origin::Folder(name), folder.to_owned())?;
        if let Some(catalogue) = &self.catalogue {
            resolve_selectors(&mut layer, catalogue)?;
        }
        Ok(Some(layer))
    }
}
