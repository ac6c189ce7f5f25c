package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/archive"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/asset"
)

func fileAsset(t *testing.T, path string) resource.PropertyValue {
	t.Helper()
	made, err := asset.FromPath(path)
	must(t, err)
	return resource.NewProperty(made)
}

func textAsset(t *testing.T, content string) resource.PropertyValue {
	t.Helper()
	made, err := asset.FromText(content)
	must(t, err)
	return resource.NewProperty(made)
}

func folderArchive(t *testing.T, path string) resource.PropertyValue {
	t.Helper()
	made, err := archive.FromPath(path)
	must(t, err)
	return resource.NewProperty(made)
}

func write(t *testing.T, path, content string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o700))
	must(t, os.WriteFile(path, []byte(content), 0o600))
}

func wantFile(t *testing.T, path, want string) {
	t.Helper()
	content, err := os.ReadFile(path)
	must(t, err)
	wantText(t, string(content), want)
}

func TestCopiesATextIntoAFolderThatIsNotThereYet(t *testing.T) {
	target := filepath.Join(t.TempDir(), "etc", "wiki", "config")
	_, err := newEngine(t).create(copyURN, properties{
		"source": textAsset(t, "colour=blue"), "remotePath": text(target), "connection": reachable(t),
	})
	must(t, err)
	wantFile(t, target, "colour=blue")
}

func TestCopiesAFileIntoAFolder(t *testing.T) {
	source, target := filepath.Join(t.TempDir(), "page.txt"), t.TempDir()
	write(t, source, "hello")
	_, err := newEngine(t).create(copyURN, properties{
		"source": fileAsset(t, source), "remotePath": text(target), "connection": reachable(t),
	})
	must(t, err)
	wantFile(t, filepath.Join(target, "page.txt"), "hello")
}

func TestCopiesAFolderUnderItsOwnName(t *testing.T) {
	source, target := filepath.Join(t.TempDir(), "pages"), t.TempDir()
	write(t, filepath.Join(source, "a", "start.txt"), "start")
	_, err := newEngine(t).create(copyURN, properties{
		"source": folderArchive(t, source), "remotePath": text(target), "connection": reachable(t),
	})
	must(t, err)
	wantFile(t, filepath.Join(target, "pages", "a", "start.txt"), "start")
}

func TestATextNeedsTheNameOfAFile(t *testing.T) {
	_, err := newEngine(t).create(copyURN, properties{
		"source": textAsset(t, "x"), "remotePath": text(t.TempDir()), "connection": reachable(t),
	})
	wantError(t, err, "a text needs the name of a file")
}

func TestAnotherContentIsCopiedAndTheSameIsNot(t *testing.T) {
	e := newEngine(t)
	target := filepath.Join(t.TempDir(), "config")
	inputs := properties{"source": textAsset(t, "one"), "remotePath": text(target), "connection": reachable(t)}
	state, err := e.create(copyURN, inputs)
	must(t, err)

	write(t, target, "edited by hand")
	inputs["connection"] = resource.NewProperty(inputs["connection"].ObjectValue().Copy())
	inputs["connection"].ObjectValue()["perDialTimeout"] = number(20)
	state, err = e.update(copyURN, state, inputs)
	must(t, err)
	wantFile(t, target, "edited by hand")

	inputs["source"] = textAsset(t, "two")
	_, err = e.update(copyURN, state, inputs)
	must(t, err)
	wantFile(t, target, "two")
}

func TestOnlyFilesTextsAndFoldersCanBeCopied(t *testing.T) {
	inside, err := archive.FromAssets(map[string]any{})
	must(t, err)
	_, failures := newEngine(t).checked(copyURN, properties{
		"source": resource.NewProperty(inside), "remotePath": text("/x"), "connection": reachable(t),
	})
	if len(failures) != 1 || failures[0].GetProperty() != "source" {
		t.Errorf("failures: %v", failures)
	}
}
