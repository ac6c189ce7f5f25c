package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/pkg/sftp"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

func refuseSource(source resource.PropertyValue, fail func(property, reason string)) {
	switch {
	case source.IsAsset() && !source.AssetValue().IsPath() && !source.AssetValue().IsText():
		fail("source", "must be a FileAsset or a StringAsset: an asset from an address cannot be copied")
	case source.IsArchive() && !source.ArchiveValue().IsPath():
		fail("source", "must be a FileArchive: other archives cannot be copied")
	}
}

// copyToRemote puts a file, a text or a folder onto the machine by SFTP.
func copyToRemote(ctx context.Context, op operation) (properties, error) {
	to, err := parseWay(op.inputs)
	if err != nil {
		return nil, err
	}
	defer to.close()
	client, err := to.dial(ctx, op.log)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	stop := context.AfterFunc(ctx, func() { _ = client.Client.Close() })
	defer stop()
	files, err := sftp.NewClient(client.Client)
	if err != nil {
		return nil, fmt.Errorf("%s offers no SFTP: %w", to.target.address, err)
	}
	defer files.Close()
	destination := op.text("remotePath")
	source := op.inputs["source"]
	if source.IsAsset() && source.AssetValue().IsText() {
		err = remote{files}.copyText(source.AssetValue().Text, destination)
	} else {
		err = remote{files}.copyPath(pathOf(source), destination)
	}
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("the operation was cancelled or took longer than the resource's custom timeout: %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("copying to %s on %s: %w", destination, to.target.address, err)
	}
	return nil, nil
}

func pathOf(source resource.PropertyValue) string {
	if source.IsAsset() {
		return source.AssetValue().Path
	}
	return source.ArchiveValue().Path
}

// remote is the machine's file system.
type remote struct{ *sftp.Client }

func (r remote) copyText(text, destination string) error {
	if isFolder, err := r.folder(destination); err != nil {
		return err
	} else if isFolder {
		return errors.New("it is a folder: a text needs the name of a file")
	}
	return r.write(strings.NewReader(text), destination)
}

// copyPath: a file goes into a folder that is there, or becomes the destination. A folder goes into the destination
// under its own name, or, with a slash at its end, only what is in it.
func (r remote) copyPath(source, destination string) error {
	about, err := os.Stat(source)
	if err != nil {
		return err
	}
	isFolder, err := r.folder(destination)
	if err != nil {
		return err
	}
	if !about.IsDir() {
		if isFolder {
			destination = path.Join(destination, filepath.Base(source))
		}
		return r.copyFile(source, destination)
	}
	if !strings.HasSuffix(source, "/") {
		destination = path.Join(destination, filepath.Base(source))
	}
	return fs.WalkDir(os.DirFS(source), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return r.MkdirAll(path.Join(destination, name))
		}
		return r.copyFile(filepath.Join(source, name), path.Join(destination, name))
	})
}

func (r remote) copyFile(source, destination string) error {
	file, err := os.Open(source)
	if err != nil {
		return err
	}
	defer file.Close()
	return r.write(file, destination)
}

func (r remote) write(content io.Reader, destination string) error {
	if err := r.MkdirAll(path.Dir(destination)); err != nil {
		return fmt.Errorf("making the folder of %s: %w", destination, err)
	}
	file, err := r.Create(destination)
	if err != nil {
		return fmt.Errorf("%s: %w", destination, err)
	}
	if _, err := file.ReadFrom(content); err != nil {
		_ = file.Close()
		return fmt.Errorf("%s: %w", destination, err)
	}
	return file.Close()
}

func (r remote) folder(name string) (bool, error) {
	about, err := r.Stat(name)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("%s: %w", name, err)
	}
	return about.IsDir(), nil
}
